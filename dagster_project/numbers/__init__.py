"""A published number decomposed: its customers and source rows, why it changed, what differs, what is restated.

Only publications and the rows of the working database are read. No metric is computed here: what dbt
published is decomposed, and the parts are added up again to see that nothing is missing.
"""
