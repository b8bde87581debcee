using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Tests.Signing;

/// <summary>A signature that has to be somebody's is his, or there is none.</summary>
public sealed class MessageSignerTests : IDisposable
{
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("mail.node.example", "mail.node.example", true)]
    [InlineData("mail.node.example", "node.example", true)]
    [InlineData("mail.node.example", "other.example", false)]
    [InlineData("mail.node.example", "il.node.example", false)]
    [InlineData("node.example", "mail.node.example", false)]
    [InlineData(null, "other.example", true)]
    public void Only_a_key_of_the_domain_or_of_one_above_it_signs_as_the_domain(string? domain, string of, bool signs)
    {
        var signer = new MessageSigner(
            new OneKey(new DkimSigningKey(of, "s", _key)),
            new MailLog(NullLogger<MailLog>.Instance),
            TimeProvider.System
        );
        byte[] signature = signer.Sign("an id", "From: a@mail.node.example\r\n\r\nhello\r\n"u8, domain);
        Assert.Equal(signs, Encoding.ASCII.GetString(signature).Contains($"d={of};", StringComparison.Ordinal));
    }

    private sealed class OneKey(DkimSigningKey key) : ISigningKeys
    {
        public bool AreAny => true;

        public IReadOnlyList<DkimSigningKey> For(HeaderBlock header) => [key];
    }
}
