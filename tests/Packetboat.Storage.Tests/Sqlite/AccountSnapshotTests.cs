using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Hub;
using Packetboat.Storage.Sqlite;
using Packetboat.Testing;

namespace Packetboat.Storage.Tests.Sqlite;

/// <summary>
/// Accounts are read once and remembered until one is changed: a name that nobody has costs no more than one that somebody has. What is read
/// again is told by rows that are changed behind the store's back.
/// </summary>
public sealed class AccountSnapshotTests : IAsyncDisposable
{
    private static readonly QwkId Known = QwkId.Parse("MYBBS");
    private static readonly QwkId Unknown = QwkId.Parse("OTHER");

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStore _store;

    public AccountSnapshotTests() => _store = SqliteStore.Open(_folder.File("data"), new FakeTimeProvider(TestMail.Noon));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IAccountStore Accounts => _store;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Neither_a_known_nor_an_unknown_name_is_read_again()
    {
        await RememberAsync();
        await ChangeBehindItsBackAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("", (await FindAsync(Known))?.Account.Note);
            Assert.Null(await FindAsync(Unknown));
        }
    }

    [Theory]
    [InlineData("add")]
    [InlineData("remove")]
    [InlineData("suspend")]
    [InlineData("set a credential")]
    [InlineData("remove a credential")]
    public async Task Every_change_has_all_of_them_read_again(string change)
    {
        await RememberAsync();
        await ChangeBehindItsBackAsync();
        var third = QwkId.Parse("THIRD");
        await (
            change switch
            {
                "add" => Accounts.AddAsync(new Account(third, TestMail.Noon, Suspension: null, Note: ""), Ct),
                "remove" => Accounts.RemoveAsync(third, Ct),
                "suspend" => Accounts.ResumeAsync(third, null, Ct),
                "set a credential" => Accounts.SetCredentialAsync(Password(Known, "second"), Ct),
                _ => Accounts.RemoveCredentialAsync(Known, "first", Ct),
            }
        );

        Assert.Equal("behind", (await FindAsync(Known))?.Account.Note);
        Assert.NotNull(await FindAsync(Unknown));
        int credentials =
            change == "set a credential" ? 2
            : change == "remove a credential" ? 0
            : 1;
        Assert.Equal(credentials, (await FindAsync(Known))!.Credentials.Count);
    }

    [Fact]
    public async Task When_a_credential_was_used_is_known_without_reading_again_and_after_a_restart()
    {
        await RememberAsync();
        await Accounts.SetCredentialAsync(Password(Known, "second"), Ct);
        Assert.Equal(2, (await FindAsync(Known))!.Credentials.Count);
        await ChangeBehindItsBackAsync();

        var used = new CredentialUse(TestMail.Noon.AddMinutes(5), "192.0.2.1", "PLAIN", "TLS 1.3");
        await Accounts.NoteUseAsync(Known, "first", used, Ct);
        await _store.RunAsync("SELECT 1"); // behind it
        AccountWithCredentials account = (await FindAsync(Known))!;
        Assert.Equal("", account.Account.Note);
        Assert.Equal(used, account.Credentials.Single(credential => credential.Name == "first").LastUse);
        Assert.Null(account.Credentials.Single(credential => credential.Name == "second").LastUse);

        await Accounts.RemoveAsync(QwkId.Parse("THIRD"), Ct);
        account = (await FindAsync(Known))!;
        Assert.Equal("behind", account.Account.Note);
        Assert.Equal(used, account.Credentials.Single(credential => credential.Name == "first").LastUse);
    }

    private static Credential Password(QwkId account, string name) =>
        new(account, name, "verifier", ReversibleSecret: null, TestMail.Noon, LastUse: null);

    private async Task RememberAsync()
    {
        await Accounts.AddAsync(new Account(Known, TestMail.Noon, Suspension: null, Note: ""), Ct);
        await Accounts.SetCredentialAsync(Password(Known, "first"), Ct);
        Assert.NotNull(await FindAsync(Known));
        Assert.Null(await FindAsync(Unknown));
    }

    private async Task ChangeBehindItsBackAsync()
    {
        await _store.RunAsync("UPDATE account SET note = 'behind'");
        await _store.RunAsync(
            $"INSERT INTO account (login_form, id, created, note) VALUES ('{Unknown.LoginForm}', '{Unknown.Text}', 0, 'behind')"
        );
    }

    private ValueTask<AccountWithCredentials?> FindAsync(QwkId id) => Accounts.FindAsync(id.LoginForm, Ct);
}
