using Packetboat.Relay.Configuration;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class AlarmServicesTests
{
    [Fact]
    public void Certificates_that_relays_are_shown_are_watched_each_once()
    {
        Settings settings = ConfigurationReader.Defaults("/nowhere", "node.example");
        RelaySettings relay = RelaySettings.From(settings.Mail);
        RelaySettings shown(string key) => relay with { Certificate = new ClientCertificate("/client.pem", key) };

        settings = settings with { Backups = [shown("/one.key"), shown("/other.key"), relay] };

        Assert.Equal(["/client.pem"], AlarmServices.WatchSettingsOf(settings).ClientCertificates);
    }
}
