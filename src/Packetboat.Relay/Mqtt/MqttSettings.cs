using System.Text;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Mqtt;

/// <summary>Which broker, and how.</summary>
public sealed record MqttSettings(
    string Broker,
    int Port,
    bool UsesTls,
    string CertificateFile,
    string Username,
    string PasswordFile,
    MqttTopics Topics
)
{
    private const int MaxPassword = 64 * 1024;

    /// <summary>Null: there is no broker.</summary>
    /// <param name="now">The settings.</param>
    /// <param name="machine">Its name, as Synchronet puts it into topics.</param>
    public static MqttSettings? From(Settings now, string machine)
    {
        PacketboatSettings own = now.Packetboat;
        if (own.MqttBroker.Length == 0)
            return null;
        string id =
            own.MqttSystemId.Length > 0 ? own.MqttSystemId
            : now.Mail.RelayUsername.Length > 0 ? now.Mail.RelayUsername
            : now.Mail.HostName.Split('.')[0].ToUpperInvariant();
        return new MqttSettings(
            own.MqttBroker,
            own.MqttPort,
            own.MqttTls,
            own.MqttCertificateFile,
            own.MqttUsername,
            own.MqttPasswordFile,
            new MqttTopics(id, machine)
        );
    }

    /// <returns>The password, empty where none is wanted; or why it cannot be had.</returns>
    public (byte[] Password, string? Fault) ReadPassword()
    {
        if (PasswordFile.Length == 0)
            return ([], null);
        (byte[]? content, string fault) = BoundedFile.Read(PasswordFile, MaxPassword);
        return content is null
            ? ([], $"MqttPasswordFile cannot be read: {fault}")
            : (Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).TrimEnd('\r', '\n')), null);
    }
}
