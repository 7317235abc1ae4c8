"""The grader: judges one submission, or a thousand. README.md has the map."""
