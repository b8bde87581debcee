namespace Packetboat.Relay.Hub;

/// <summary>What enrolment needs to know of the installation now.</summary>
/// <param name="HostName">As we call ourselves: the nodes' <c>RelayServer</c>.</param>
/// <param name="RelayPort">On which accounts send.</param>
/// <param name="Terms">In force.</param>
/// <param name="TakesApplications">Whether strangers may ask for an account.</param>
/// <param name="Url">Where nodes join; null: nowhere, <c>EnrolmentPort</c> is not set.</param>
public sealed record EnrolmentSettings(string HostName, int RelayPort, EnrolmentTerms Terms, bool TakesApplications, string? Url)
{
    public string Contact => $"postmaster@{HostName}";
}
