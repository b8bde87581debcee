using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Hub;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Hub;

/// <summary>A store, a key, a clock, and the authenticator over them.</summary>
internal sealed class TestHub : IDisposable
{
    public static readonly QwkId Node = QwkId.Parse("MYBBS");

    public TestHub() => Authenticator = new AccountAuthenticator(Store, Box, Clock) { DerivesInline = true };

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.Parse("2026-11-22T15:00:00Z", CultureInfo.InvariantCulture));

    public MemoryAccountStore Store { get; } = new();

    public SecretBox Box { get; set; } = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    public AccountAuthenticator Authenticator { get; }

    public static CancellationToken None => TestContext.Current.CancellationToken;

    public async Task<Credential> AddAsync(
        QwkId id,
        string password,
        bool reversible = false,
        string name = Credential.DefaultName
    )
    {
        await Store.AddAsync(new Account(id, Clock.GetUtcNow()), None);
        // Most tests are not about sender rules.
        await Store.SetDomainAsync(
            new AccountDomain(id, AccountDomain.Any, IncludesSubdomains: true, Token: null, Clock.GetUtcNow()),
            None
        );
        AccountWithCredentials account = (await Store.FindAsync(id.LoginForm, None))!;
        Assert.True(
            new CredentialIssuer(Box, Clock).TryIssue(account, name, password, reversible, out Credential? credential, out _)
        );
        await Store.SetCredentialAsync(credential, None);
        return credential;
    }

    public void Dispose() => Authenticator.Dispose();
}
