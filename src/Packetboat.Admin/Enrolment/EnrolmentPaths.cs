namespace Packetboat.Admin.Enrolment;

/// <summary>The paths of the enrolment API; docs/guide/enrolment-api.md describes what goes over them.</summary>
internal static class EnrolmentPaths
{
    public const string Hub = "/enrolment/v1/hub";
    public const string Address = "/enrolment/v1/address";
    public const string Join = "/enrolment/v1/join";
    public const string Apply = "/enrolment/v1/apply";
    public const string Application = "/enrolment/v1/application";
}
