variable "release" {
  type        = string
  description = "The release that is rolled out: a new one takes a new backup."
}

# A backup before every change of the process applications.
resource "camunda_cluster_backup" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"

  triggers = {
    release = var.release
  }

  lifecycle {
    create_before_destroy = true
  }
}
