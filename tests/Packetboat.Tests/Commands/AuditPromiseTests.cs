using System.Text.Json;
using Packetboat.Commands;

namespace Packetboat.Tests.Commands;

/// <summary>Every operator action is in the audit trail: each verb of the command line either is named here as one that changes nothing, or it is run and has to leave an entry.</summary>
[Collection(nameof(OneConsole))]
public sealed class AuditPromiseTests
{
    /// <summary>They look, and change nothing that is an operator's.</summary>
    private static readonly string[] OnlyRead =
    [
        "account credential list",
        "account domain check",
        "account domain list",
        "account limits",
        "account list",
        "account show",
        "alarm history",
        "alarm kinds",
        "alarm list",
        "audit",
        "backup",
        "check dkim",
        "check dmarc",
        "check spf",
        "check tls",
        "config check",
        "config show",
        "dkim list",
        "dkim show",
        "dkim sign",
        "doctor",
        "explain",
        "invite list",
        "invite requests",
        "invite terms",
        "queue list",
        "queue show",
        "relaying status",
        "status",
        "tls list",
        "token list",
        "trace",
        "verify",
        "warmup list",
    ];

    /// <summary>
    /// No verbs about an installation that is there; <c>join</c> is, and its entry is looked for where it is tested; <c>token sign-in</c> needs a
    /// person, and ends as <c>token set</c>.
    /// </summary>
    private static readonly string[] Apart = ["serve", "demo", "sendmail", "join", "token sign-in"];

    /// <summary>Whose entry has another name: it does many times what the other does.</summary>
    private static readonly Dictionary<string, string> Otherwise = new(StringComparer.Ordinal)
    {
        ["account import"] = "account add",
    };

    [Fact(Timeout = 120_000)]
    public async Task Every_verb_that_changes_something_leaves_an_entry_with_who_and_when_and_from_where()
    {
        await using var every = new EveryVerb();
        (string first, string second) = await every.PrepareAsync();
        var left = new HashSet<string>(StringComparer.Ordinal);
        int before = 0;
        foreach (string line in every.Runs(first, second))
        {
            string verb = EveryVerb.NameOf(line);
            CommandRun run = await CommandRun.OfAsync([.. line.Split(' '), "--ctrl", every.Ctrl]);
            JsonElement[] entries = await AuditAsync(every.Ctrl);
            if (OnlyRead.Contains(verb))
            {
                Assert.True(entries.Length == before, $"{line} only reads, and left an entry");
                continue;
            }

            Assert.True(entries.Length > before, $"{line} left no entry: {run.Out}{run.Error}");
            JsonElement entry = entries[..^before]
                .First(entry => entry.GetProperty("action").GetString() == Otherwise.GetValueOrDefault(verb, verb));
            Assert.Equal(Environment.UserName, entry.GetProperty("who").GetProperty("name").GetString()!.Split(' ')[^1]);
            Assert.NotEqual("", entry.GetProperty("who").GetProperty("from").GetString());
            Assert.NotEqual("", entry.GetProperty("target").GetString());
            left.Add(verb);
            before = entries.Length;
        }

        // A new verb is in one of the lists, or in those that were run and left an entry.
        Assert.Equal(
            EveryVerb.Leaves(Verbs.Root(), "").Select(leaf => leaf.Name).Order(StringComparer.Ordinal),
            left.Concat(OnlyRead).Concat(Apart).Order(StringComparer.Ordinal)
        );
    }

    private static async Task<JsonElement[]> AuditAsync(string ctrl)
    {
        CommandRun run = await CommandRun.OfAsync(["audit", "--limit", "1000", "--json", "--ctrl", ctrl]);
        using JsonDocument parsed = JsonDocument.Parse(run.Out);
        return [.. parsed.RootElement.EnumerateArray().Select(entry => entry.Clone())];
    }
}
