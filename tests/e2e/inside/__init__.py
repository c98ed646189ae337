"""What runs inside LocalEmu, in its own virtual environment: functions as processes, and resources of ECS."""
