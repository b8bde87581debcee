using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Fuzz.Targets;

/// <summary>Short texts that people type or write into a file: accounts, ids, servers, addresses to listen on, networks.</summary>
internal sealed class NameTarget : IFuzzTarget
{
    public string Name => "names";

    public string What => "QWK-IDs, message ids, servers, listen addresses, networks";

    public IReadOnlyList<string> Words { get; } =
    ["MYBBS", "0123456789", "hub.example", ":587", "[::1]", "10.0.0.0/8", "192.0.2.1", "-", "_", "ILO"];

    public int Try(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        bool isId = QwkId.TryParse(text, out QwkId? id, out Refusal? refusal);
        Check.IsPrintable(isId ? id!.Text : refusal!.ToString(), "a QWK-ID");
        if (isId)
            Check.That(
                QwkId.Parse(id!.Text) == id && id.LoginForm.Length is > 0 and <= QwkId.MaxLength,
                "a QWK-ID is not the same again"
            );
        Check.That(QwkId.LoginFormOf(text).All(char.IsAsciiLetterOrDigit), "a login form of other characters");

        bool isMessage = MessageId.TryParse(text, out string? message);
        Check.That(!isMessage || message!.All(char.IsAsciiLetterOrDigit), "a message id of other characters");
        var server = ServerAddress.Parse(text);
        if (server is not null)
            Check.Same(server, ServerAddress.Parse(server.ToString()), "a server");
        var listen = ListenAddress.Parse(text);
        if (listen is not null)
            Check.Same(listen, ListenAddress.Parse(listen.ToString()), "an address to listen on");
        bool isNetwork = Network.TryParse(text, out System.Net.IPNetwork network);
        if (isNetwork)
            Check.That(
                Network.TryParse(network.ToString(), out System.Net.IPNetwork again) && again.Equals(network),
                "a network"
            );
        return HashCode.Combine(
            isId,
            isMessage,
            server?.Port is null,
            server is null,
            listen is null,
            isNetwork,
            isNetwork ? network.PrefixLength : 0
        );
    }
}
