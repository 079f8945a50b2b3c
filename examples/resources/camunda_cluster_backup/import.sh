# The data source camunda_cluster_backups lists the IDs of backups. Leave out `triggers`: nobody
# knows those of an imported backup, so that with some it is replaced by a new one.
terraform import camunda_cluster_backup.example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/d4c3b2a1-0f9e-4d8c-b7a6-958473625140
