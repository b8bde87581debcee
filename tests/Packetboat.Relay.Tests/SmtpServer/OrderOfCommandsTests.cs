namespace Packetboat.Relay.Tests.SmtpServer;

/// <summary>Each command in each state: the order of RFC 5321 §4.1.4, and of the extensions, as a table.</summary>
public sealed class OrderOfCommandsTests
{
    private static readonly string[] Commands =
    [
        "EHLO x.example",
        "HELO x.example",
        "STARTTLS",
        "AUTH GSSAPI",
        "MAIL FROM:<a@b.example>",
        "RCPT TO:<c@d.example>",
        "DATA",
        "BDAT 0",
        "BDAT 0 LAST",
        "RSET",
        "NOOP",
        "VRFY a",
        "EXPN a",
        "HELP",
        "QUIT",
    ];

    /// <summary>How a state is reached, and what the commands get there, in their order.</summary>
    private static readonly (string State, string[] Said, int[] Codes)[] Table =
    [
        ("greeted", [], [250, 250, 503, 503, 503, 503, 503, 503, 503, 250, 250, 252, 502, 214, 221]),
        ("after HELO", ["HELO a"], [250, 250, 220, 503, 250, 503, 503, 503, 503, 250, 250, 252, 502, 214, 221]),
        ("after EHLO", ["EHLO a"], [250, 250, 220, 503, 250, 503, 503, 503, 503, 250, 250, 252, 502, 214, 221]),
        (
            "after MAIL",
            ["EHLO a", "MAIL FROM:<a@b.example>"],
            [250, 250, 220, 503, 503, 250, 554, 554, 554, 250, 250, 252, 502, 214, 221]
        ),
        (
            "after RCPT",
            ["EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"],
            [250, 250, 220, 503, 503, 250, 354, 250, 554, 250, 250, 252, 502, 214, 221]
        ),
        (
            "after BDAT",
            ["EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "BDAT 0"],
            [250, 250, 220, 503, 503, 503, 503, 250, 554, 250, 250, 252, 502, 214, 221]
        ),
    ];

    public static TheoryData<string, string, int> Cases()
    {
        var cases = new TheoryData<string, string, int>();
        foreach ((string state, _, int[] codes) in Table)
            for (int i = 0; i < Commands.Length; i++)
                cases.Add(state, Commands[i], codes[i]);
        return cases;
    }

    [Theory(Timeout = 10_000)]
    [MemberData(nameof(Cases))]
    public Task A_command_is_answered_by_its_place(string state, string command, int code) =>
        Task.Run(
            async () =>
            {
                CancellationToken ct = TestContext.Current.CancellationToken;
                using var scene = new SmtpScene();
                scene.AddLine("relay.cfg", "192.0.2.10");
                var client = new SmtpTestClient(scene, scene.Open());
                Assert.StartsWith("220 ", await client.ReplyAsync(ct), StringComparison.Ordinal);
                foreach (string said in Table.Single(row => row.State == state).Said)
                    Assert.StartsWith("250 ", await client.SayAsync(said, ct), StringComparison.Ordinal);

                Assert.StartsWith($"{code} ", await client.SayAsync(command, ct), StringComparison.Ordinal);
                await client.CloseAsync(ct);
                Assert.Equal(0, scene.Spool.Open);
            },
            TestContext.Current.CancellationToken
        );
}
