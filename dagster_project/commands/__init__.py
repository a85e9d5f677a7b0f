"""What each command does, a file for each subject; ``cli.py`` names them. Thin layers over the packages.

Dagster, dbt and Great Expectations are imported inside the commands that need them, so that
``ebbline publications`` answers at once.
"""
