"""Contact and User."""

from sandbox.salesforce.field import FieldType, ObjectType, object_type
from sandbox.salesforce.schema.common import (
    address,
    choice,
    full_name,
    master,
    owner,
    record_id,
    reference,
    system_fields,
    text,
    yes_no,
)


def contact() -> ObjectType:
    fields = (
        record_id("Contact"),
        *system_fields(),
        master("Contact"),
        reference("AccountId", "Account ID", "Account"),
        text("LastName", "Last Name", 80, is_required=True),
        text("FirstName", "First Name", 40),
        choice("Salutation", "Salutation", "Mr.", "Ms.", "Dr.", "Prof."),
        full_name(),
        *address("Mailing"),
        text("Phone", "Business Phone", 40, FieldType.PHONE),
        text("Fax", "Business Fax", 40, FieldType.PHONE),
        text("MobilePhone", "Mobile Phone", 40, FieldType.PHONE),
        text("Email", "Email", 80, FieldType.EMAIL),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        text("Description", "Contact Description", 32_000, FieldType.TEXTAREA),
        reference("ReportsToId", "Reports To ID", "Contact"),
        owner(),
        yes_no("Is_Billing_Contact__c", "Is Billing Contact", is_custom=True),
    )
    return object_type("Contact", "Contact", "Contacts", "003", fields, is_mergeable=True)


def user() -> ObjectType:
    """Users are never deleted, only made inactive."""
    fields = (
        record_id("User"),
        *system_fields(recycled=False),
        text("Username", "Username", 80, is_required=True),
        text("LastName", "Last Name", 80, is_required=True),
        text("FirstName", "First Name", 40),
        full_name(),
        text("Email", "Email", 128, FieldType.EMAIL, is_required=True),
        text("Phone", "Phone", 40, FieldType.PHONE),
        text("MobilePhone", "Mobile", 40, FieldType.PHONE),
        text("Title", "Title", 80),
        text("Department", "Department", 80),
        text("Alias", "Alias", 8, is_required=True),
        yes_no("IsActive", "Active", default=True),
        choice("UserType", "User Type", "Standard", is_createable=False, is_updateable=False),
        reference("ProfileId", "Profile ID", "Profile"),
        reference("ManagerId", "Manager ID", "User"),
    )
    return object_type("User", "User", "Users", "005", fields, is_createable=False, is_deletable=False)
