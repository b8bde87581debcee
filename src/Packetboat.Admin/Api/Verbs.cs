namespace Packetboat.Admin.Api;

/// <summary>The paths of the control API.</summary>
internal static partial class Verbs
{
    public const string ListQueue = "/v1/queue/list";
    public const string Show = "/v1/queue/show";
    public const string ChangeQueue = "/v1/queue/change";
    public const string Trace = "/v1/trace";
    public const string Explain = "/v1/explain";
    public const string Status = "/v1/status";
    public const string ListAccounts = "/v1/account/list";
    public const string ShowAccount = "/v1/account/show";
    public const string AddAccount = "/v1/account/add";
    public const string Suspend = "/v1/account/suspend";
    public const string Resume = "/v1/account/resume";
    public const string RemoveAccount = "/v1/account/remove";
    public const string AddDomain = "/v1/account/domain/add";
    public const string CheckDomains = "/v1/account/domain/check";
    public const string RemoveDomain = "/v1/account/domain/remove";
    public const string ListAudit = "/v1/audit/list";
    public const string Backup = "/v1/store/backup";
    public const string Verify = "/v1/store/verify";
    public const string Submit = "/v1/submit";
}
