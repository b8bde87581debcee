using System.Text;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Alarms;

/// <summary>Where alarms are posted to, and with which secret.</summary>
public sealed record WebhookSettings(Uri Address, string SecretFile)
{
    private const int MaxSecret = 64 * 1024;

    /// <summary>Null: there is no webhook.</summary>
    public static WebhookSettings? From(PacketboatSettings own) =>
        own.Webhook.IsSet && FaultOf(own.Webhook.RevealValue()) is null
            ? new WebhookSettings(new Uri(own.Webhook.RevealValue()), own.WebhookSecretFile)
            : null;

    /// <summary>Why this cannot be the address of a webhook; null: it can.</summary>
    public static string? FaultOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http"))
            return "no address of a web server";
        if (uri.UserInfo.Length > 0)
            return "a name and password in an address are not sent";
        // Alarms name accounts and hosts, and the address is often itself the secret.
        return uri.Scheme == "https" || uri.IsLoopback ? null : "http is for this machine only";
    }

    /// <summary>Without the line end that editors put there.</summary>
    /// <returns>The secret, empty where none is wanted; or why it cannot be had.</returns>
    public (byte[] Secret, string? Fault) ReadSecret()
    {
        if (SecretFile.Length == 0)
            return ([], null);
        (byte[]? content, string fault) = BoundedFile.Read(SecretFile, MaxSecret);
        if (content is null)
            return ([], $"WebhookSecretFile cannot be read: {fault}");
        byte[] secret = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).TrimEnd('\r', '\n'));
        return secret.Length == 0 ? ([], "WebhookSecretFile is empty") : (secret, null);
    }
}
