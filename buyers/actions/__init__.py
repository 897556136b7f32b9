"""What is done to the directory, the books, the scores and the alerts."""
