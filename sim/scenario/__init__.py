"""YAML that knows its lines -> Scenario; all faults at once; policies and overrides."""
