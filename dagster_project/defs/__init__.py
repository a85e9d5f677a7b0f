"""The asset graph, one thin file per stage in the order in which the data flows.

``ingest`` -> ``validate`` (raw) -> ``transform`` -> ``validate`` (marts) -> ``red_lines`` -> ``publish`` ->
``notify`` and ``report``; ``automation`` holds the job, the schedule and the sensor. These files know Dagster
and little else: the work is done by the packages beside this folder, which never import Dagster.
"""
