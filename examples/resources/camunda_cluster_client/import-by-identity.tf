import {
  to = camunda_cluster_client.example
  identity = {
    cluster_id      = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
    zeebe_client_id = "Qm7x~2LdPz0aVt9KcW4eRb1hNs6uYj3F"
  }
}
