# The Console shows the address under Organization > Users.
terraform import camunda_organization_member.ada ada@example.com
