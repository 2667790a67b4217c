"""The only code that opens files: readers, the project store, writers."""
