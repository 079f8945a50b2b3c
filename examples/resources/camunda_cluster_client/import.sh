# The IDs of the cluster and of the client are on the cluster's page in the Console.
terraform import camunda_cluster_client.example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/Qm7x~2LdPz0aVt9KcW4eRb1hNs6uYj3F
