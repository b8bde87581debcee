using Packetboat.Protocol.Message;
using Packetboat.Relay.Alarms;

namespace Packetboat.Relay.Configuration;

/// <summary>Looks at how alarms are to be told of.</summary>
internal static class AlarmReview
{
    public static void Of(PacketboatSettings own, SettingReader keys)
    {
        SettingsReview.RequireFile(own.WebhookSecretFile, nameof(own.WebhookSecretFile), keys);
        SettingsReview.RequireFile(own.MqttCertificateFile, nameof(own.MqttCertificateFile), keys);
        SettingsReview.RequireFile(own.MqttPasswordFile, nameof(own.MqttPasswordFile), keys);
        if (own.Webhook.IsSet && WebhookSettings.FaultOf(own.Webhook.RevealValue()) is { } fault)
            keys.Report(Severity.Error, nameof(own.Webhook), fault, "write Webhook=https://alarms.example.net/packetboat");
        if (own.WebhookSecretFile.Length > 0 && !own.Webhook.IsSet)
            keys.Report(
                Severity.Warning,
                nameof(own.WebhookSecretFile),
                "not used, because Webhook is blank",
                "write Webhook=https://alarms.example.net/packetboat"
            );
        if (own.DigestTo.Length > 0 && (!MailAddress.TryParse(own.DigestTo, out MailAddress? to) || to.Domain is "" or ['[', ..]))
            keys.Report(
                Severity.Error,
                nameof(own.DigestTo),
                $"'{own.DigestTo}' is no mail address",
                "write DigestTo=postmaster@example.net"
            );
        if (own.MqttSystemId.AsSpan().IndexOfAny("+#/ ") >= 0)
            keys.Report(
                Severity.Error,
                nameof(own.MqttSystemId),
                "a blank, / + and # mean something else in a topic",
                "write MqttSystemId=MYBBS"
            );
        if (own.MqttPasswordFile.Length > 0 && own.MqttUsername.Length == 0)
            keys.Report(
                Severity.Error,
                nameof(own.MqttPasswordFile),
                "a password without a name",
                "write MqttUsername=packetboat"
            );
    }
}
