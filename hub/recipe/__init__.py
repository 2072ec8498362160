"""The recipe language: strict YAML in, a checked and frozen Recipe out, and its expressions at run time.

    text -> loader (positions) -> reading (shape) -> check (meaning) -> Recipe
    Recipe's texts + a run's names -> expressions -> values and verdicts

Pure: nothing here touches the network or a database; only `library` reads files.
"""
