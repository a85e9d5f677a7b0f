"""The warehouse on disk: where its files lie, who may write, and what readers see."""
