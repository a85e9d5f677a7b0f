"""ebbline: a retention warehouse.

Exports go in, validated retention marts come out. The packages below do the work and know nothing of
Dagster; ``defs/`` strings them together as an asset graph and ``cli.py`` runs that graph in one process.
"""

__version__ = "0.1.0"
