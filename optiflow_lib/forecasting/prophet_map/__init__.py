"""Prophet's model for many items at once: what it is, what it needs, what it found.

`specification` names the model, `histories` the data, `setup` repeats Prophet's preparation for all items,
`fitted` holds the parameters, `mean` evaluates them. The solvers fill the parameters in: `solver` here, Stan
in `forecasting.prophet`.
"""
