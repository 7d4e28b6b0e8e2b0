"""Raw files to checked tables. The only part that reads data from disk."""
