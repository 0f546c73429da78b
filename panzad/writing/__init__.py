"""What the model is asked and what is made of its answer: pure functions of values."""
