"""The operations of the port: the headers that each one binds and the faults that it may answer."""

from dataclasses import dataclass

_WHO = ("tokenPassport", "applicationInfo", "partnerInfo")

_COMMON_FAULTS = (
    "InsufficientPermissionFault",
    "InvalidSessionFault",
    "InvalidCredentialsFault",
    "ExceededConcurrentRequestLimitFault",
    "ExceededRequestLimitFault",
    "ExceededUsageLimitFault",
    "ExceededRecordCountFault",
    "ExceededRequestSizeFault",
    "UnexpectedErrorFault",
)
# The version fault is raised before an operation is known, so no operation declares it.
FAULTS = (*_COMMON_FAULTS, "InvalidVersionFault", "InvalidAccountFault")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    name: str
    headers: tuple[str, ...]
    faults: tuple[str, ...] = _COMMON_FAULTS


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation(name="search", headers=(*_WHO, "searchPreferences")),
        Operation(name="searchMoreWithId", headers=(*_WHO, "searchPreferences")),
        Operation(name="get", headers=(*_WHO, "preferences")),
        Operation(name="getList", headers=(*_WHO, "preferences")),
        Operation(name="getAll", headers=(*_WHO, "preferences")),
        Operation(name="getServerTime", headers=_WHO),
        Operation(name="getAccountGovernanceInfo", headers=_WHO),
        Operation(name="getIntegrationGovernanceInfo", headers=_WHO),
        Operation(name="getDataCenterUrls", headers=(*_WHO, "preferences")),
        Operation(name="getDeleted", headers=(*_WHO, "preferences")),
        Operation(name="getCurrencyRate", headers=(*_WHO, "preferences")),
        Operation(name="getCustomizationId", headers=(*_WHO, "preferences")),
        *(
            Operation(name=name, headers=(*_WHO, "preferences"))
            for name in (
                "add",
                "addList",
                "attach",
                "delete",
                "deleteList",
                "detach",
                "update",
                "updateList",
                "upsert",
                "upsertList",
            )
        ),
    )
}
