"""What is done with a data-subject request. Every change of state is here, and nowhere else."""
