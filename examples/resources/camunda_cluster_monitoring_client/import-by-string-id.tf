import {
  to = camunda_cluster_monitoring_client.example
  id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0"
}
