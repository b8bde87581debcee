using Packetboat.Protocol.Sasl;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class CredentialIssuerTests : IDisposable
{
    private readonly TestHub _hub = new();

    [Fact]
    public async Task What_is_kept_knows_the_password_and_does_not_hold_it()
    {
        Credential credential = await _hub.AddAsync(TestHub.Node, "RelayPw1");

        Assert.True(ScramVerifier.TryParse(credential.Verifier, out ScramVerifier? verifier));
        Assert.True(verifier.Verify("RelayPw1"));
        Assert.True(verifier.Iterations >= 10_000);
        Assert.Null(credential.ReversibleSecret);
        Assert.Equal(_hub.Clock.GetUtcNow(), credential.Created);
        Assert.Equal("MYBBS/default", credential.ToString());
    }

    [Fact]
    public async Task A_reversible_secret_is_sealed_for_its_credential()
    {
        Credential credential = await _hub.AddAsync(TestHub.Node, "RelayPw1", reversible: true);

        Assert.True(_hub.Box.TryOpen(TestHub.Node, "default", credential.ReversibleSecret, out byte[]? secret));
        Assert.Equal("RelayPw1"u8, secret);
    }

    [Fact]
    public async Task The_credentials_of_an_account_share_a_salt_and_a_lone_one_gets_a_new_salt()
    {
        Credential first = await _hub.AddAsync(TestHub.Node, "one");
        Credential second = await _hub.AddAsync(TestHub.Node, "two", name: "second");
        await _hub.Store.RemoveCredentialAsync(TestHub.Node, "second", TestHub.None);
        Credential alone = await _hub.AddAsync(TestHub.Node, "three");

        Assert.True(Verifier(first).HasSaltOf(Verifier(second)));
        Assert.False(Verifier(first).HasSaltOf(Verifier(alone)));
    }

    [Theory]
    [InlineData("", "it is empty or holds a control character")]
    [InlineData("two\nlines", "it is empty or holds a control character")]
    [InlineData("mybbs", "it is the QWK-ID itself")]
    public void A_password_that_will_not_do_is_refused_and_not_repeated(string password, string reason) =>
        AssertRefused(password, reason);

    [Fact]
    public void A_password_that_no_mechanism_would_take_is_refused() =>
        AssertRefused(new string('x', 256), "it is longer than 255 octets");

    public void Dispose() => _hub.Dispose();

    private static ScramVerifier Verifier(Credential credential) =>
        ScramVerifier.TryParse(credential.Verifier, out ScramVerifier? verifier) ? verifier : throw new FormatException();

    private void AssertRefused(string password, string reason)
    {
        var account = new AccountWithCredentials(new Account(TestHub.Node, _hub.Clock.GetUtcNow()), []);

        Assert.False(
            new CredentialIssuer(_hub.Box, _hub.Clock).TryIssue(account, "default", password, false, out _, out Refusal? refusal)
        );
        Assert.Equal(("password of MYBBS", reason), (refusal.Value, refusal.Reason));
    }
}
