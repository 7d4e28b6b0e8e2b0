"""The commands of the command line, one module for each group, and what they share."""
