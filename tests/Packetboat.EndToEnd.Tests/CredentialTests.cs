using System.Net;
using System.Net.Sockets;
using Packetboat.Relay.Operations;

namespace Packetboat.EndToEnd.Tests;

/// <summary>Credentials of an account on a whole server: an operator acts while sessions are open.</summary>
public sealed class CredentialTests
{
    private const int Patience = 60_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Revoking_one_ends_the_sessions_that_used_it_and_no_others()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        IOperations hub = harbour.Hub.Operations;
        IssuedPassword laptop = (await hub.AddCredentialAsync("MYBBS", new CredentialWish { Name = "laptop" }, Ct)).Value!;
        using Line byLaptop = await Line.SignedInAsync(harbour, laptop.GeneratedPassword!);
        using Line byDefault = await Line.SignedInAsync(harbour, harbour.Password);

        AccountRow left = (await hub.RevokeCredentialAsync("MYBBS", "laptop", "lost", Ct)).Value!;

        Assert.Equal("default", Assert.Single(left.Credentials).Name);
        Assert.StartsWith("421 4.7.0 The credential", await byLaptop.ReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("", await byLaptop.ReplyAsync()); // closed
        Assert.StartsWith("250 ", await byDefault.SayAsync("MAIL FROM:<a@bbs.example>"), StringComparison.Ordinal);
        using Line again = await Line.GreetedAsync(harbour);
        Assert.StartsWith("535 ", await again.SignInAsync(laptop.GeneratedPassword!), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task How_a_credential_was_used_last_is_known()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        using Line signedIn = await Line.SignedInAsync(harbour, harbour.Password);
        await Harbour.SettledAsync(harbour.Hub);

        CredentialRow row = Assert.Single((await harbour.Hub.Operations.ShowAccountAsync("MYBBS", Ct)).Value!.Credentials);

        Assert.NotNull(row.LastUsed);
        Assert.Equal(("127.0.0.1", "PLAIN", ""), (row.LastAddress, row.LastMechanism, row.LastTls));
    }

    [Fact(Timeout = Patience)]
    public async Task A_new_password_ends_the_sessions_of_the_old_one()
    {
        await using Harbour harbour = await Harbour.OpenAsync();
        using Line signedIn = await Line.SignedInAsync(harbour, harbour.Password);

        await harbour.Hub.Operations.SetPasswordAsync("MYBBS", new CredentialWish(), Ct);

        Assert.StartsWith("421 4.7.0 The credential", await signedIn.ReplyAsync(), StringComparison.Ordinal);
    }

    /// <summary>A connection to the hub's submission port.</summary>
    private sealed class Line(TcpClient client) : IDisposable
    {
        private readonly StreamReader _reader = new(client.GetStream());

        public static async Task<Line> GreetedAsync(Harbour harbour)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, harbour.HubPort, Ct);
            var line = new Line(client);
            await line.ReplyAsync();
            await line.SayAsync("EHLO node.bbs.example");
            return line;
        }

        public static async Task<Line> SignedInAsync(Harbour harbour, string password)
        {
            Line line = await GreetedAsync(harbour);
            Assert.StartsWith("235 ", await line.SignInAsync(password), StringComparison.Ordinal);
            return line;
        }

        public Task<string> SignInAsync(string password) =>
            SayAsync($"AUTH PLAIN {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0MYBBS\0{password}"))}");

        public async Task<string> SayAsync(string text)
        {
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(text + "\r\n"), Ct);
            return await ReplyAsync();
        }

        /// <summary>The last line of it; empty when the server has closed the connection.</summary>
        public async Task<string> ReplyAsync()
        {
            string line = await _reader.ReadLineAsync(Ct) ?? "";
            while (line.Length > 3 && line[3] == '-')
                line = await _reader.ReadLineAsync(Ct) ?? "";
            return line;
        }

        public void Dispose()
        {
            _reader.Dispose();
            client.Dispose();
        }
    }
}
