"""What roomd knows and decides: the model, the rules, the sync engine, the store and the API's contract."""

__version__ = "0.1.0"
