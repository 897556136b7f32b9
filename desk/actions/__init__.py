"""What can be done with a notice, a duty, a review, a document."""
