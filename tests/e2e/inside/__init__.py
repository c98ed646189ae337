"""What runs inside LocalEmu, in its own virtual environment: functions as processes, and ECS task definitions."""
