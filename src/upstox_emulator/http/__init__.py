"""The doors over HTTP: routes, faults, pages. Nothing here decides anything; `venue` does."""
