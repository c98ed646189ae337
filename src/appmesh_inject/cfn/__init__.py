"""CloudFormation as a language: documents, functions, text, merging. Knows nothing of ECS or App Mesh."""
