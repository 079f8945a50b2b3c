# The Console shows the address under Organization > Users.
terraform import camunda_organization_member.example ada@example.com
