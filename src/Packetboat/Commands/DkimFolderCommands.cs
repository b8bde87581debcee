using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Resolver;
using Packetboat.Relay.Signing;

namespace Packetboat.Commands;

/// <summary>
/// <c>packetboat dkim list</c>, <c>use</c> and <c>retire</c>: the keys in the data folder on their way from new to used to retired. They
/// work on the folder itself; a running server sees the change within seconds.
/// </summary>
internal static class DkimFolderCommands
{
    private static readonly Argument<string> Domain = new("domain") { Description = "Whose mail it signs" };

    private static readonly Argument<string> Selector = new("selector") { Description = "The name of the key below _domainkey" };

    private static readonly Option<bool> Now = new("--now")
    {
        Description = "Remove it although mail that it signed may be on its way",
    };

    public static Command List()
    {
        var command = new Command("list", "List the keys in the data folder, and whether the DNS has them")
        {
            NameServerOption.Dns,
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                WithFolderAsync(parsed, (folder, resolver) => ListAsync(folder, resolver, parsed.GetValue(Verbs.Json), ct))
        );
        return command;
    }

    public static Command Use()
    {
        var command = new Command("use", "Sign with a new key from now on, if the DNS has its record")
        {
            Domain,
            Selector,
            NameServerOption.Dns,
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                ChangeFolderAsync(
                    parsed,
                    (folder, resolver, audit) =>
                        WithKeyAsync(
                            parsed,
                            folder,
                            key => UseAsync(folder, resolver, key, audit, parsed.GetValue(Verbs.Json), ct)
                        ),
                    ct
                )
        );
        return command;
    }

    public static Command Retire()
    {
        var command = new Command("retire", "Sign with a key no more; the second time, after five days, remove it")
        {
            Domain,
            Selector,
            Now,
            Verbs.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                ChangeFolderAsync(
                    parsed,
                    (folder, _, audit) =>
                        WithKeyAsync(
                            parsed,
                            folder,
                            key => RetireAsync(folder, key, audit, parsed.GetValue(Now), parsed.GetValue(Verbs.Json), ct)
                        ),
                    ct
                )
        );
        return command;
    }

    /// <summary>The folder of the installation; troubles of the disk become a line and a status.</summary>
    private static async Task<int> WithFolderAsync(ParseResult parsed, Func<DkimKeyFolder, CachingResolver, Task<int>> command)
    {
        if (!NameServerOption.IsRight(parsed))
            return ExitCode.Usage;
        (Settings? settings, int exitCode) = Session.ReadSettings(Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), quiet: true);
        if (settings is null)
            return exitCode;
        try
        {
            return await command(
                new DkimKeyFolder(settings.Packetboat.DataDirectory, TimeProvider.System),
                NameServerOption.Resolver(parsed, settings)
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    /// <summary>The same for what changes it: the audit trail is at hand before anything is done, and hears of what was.</summary>
    public static Task<int> ChangeFolderAsync(
        ParseResult parsed,
        Func<DkimKeyFolder, CachingResolver, IDeedOperations, Task<int>> command,
        CancellationToken ct
    ) =>
        NameServerOption.IsRight(parsed)
            ? Session.RunAsync(
                parsed,
                (operations, _) => WithFolderAsync(parsed, (folder, resolver) => command(folder, resolver, operations)),
                ct
            )
            : Task.FromResult(ExitCode.Usage);

    private static async Task<int> ListAsync(DkimKeyFolder folder, CachingResolver resolver, bool json, CancellationToken ct)
    {
        IReadOnlyList<StoredDkimKey> keys = folder.Read(out IReadOnlyList<string> faults);
        var reports = new List<DkimKeyReport>();
        foreach (StoredDkimKey key in keys)
            reports.Add(DkimKeyReport.Of(key).With(await DkimPublication.OfAsync(resolver, key.RecordName, key.Key, ct)));

        if (json)
            Print.Json(reports, DkimJson.Default.IReadOnlyListDkimKeyReport);
        else
            Print.Table(
                ["DOMAIN", "SELECTOR", "ALGORITHM", "STATE", "SINCE", "IN DNS"],
                reports.Select(key =>
                    (string[])[key.Domain, key.Selector, key.Algorithm, key.State!, Day(key.Since), key.Reason!]
                ),
                "There are no keys."
            );
        foreach (string fault in faults)
            Print.Error(fault);
        return faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string Day(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";

    private static Task<int> WithKeyAsync(ParseResult parsed, DkimKeyFolder folder, Func<StoredDkimKey, Task<int>> command)
    {
        (string domain, string selector) = (parsed.GetValue(Domain)!, parsed.GetValue(Selector)!);
        StoredDkimKey? key = folder
            .Read(out _)
            .FirstOrDefault(key =>
                key.Domain.Equals(domain, StringComparison.OrdinalIgnoreCase)
                && key.Selector.Equals(selector, StringComparison.OrdinalIgnoreCase)
            );
        if (key is not null)
            return command(key);
        Print.Error(
            new Refusal(
                $"{selector} of {domain}",
                "there is no such key",
                "See packetboat dkim list, or make one with dkim new"
            ).ToString()
        );
        return Task.FromResult(ExitCode.Failed);
    }

    private static async Task<int> UseAsync(
        DkimKeyFolder folder,
        CachingResolver resolver,
        StoredDkimKey key,
        IDeedOperations audit,
        bool json,
        CancellationToken ct
    )
    {
        DkimPublication found = await DkimPublication.OfAsync(resolver, key.RecordName, key.Key, ct);
        if (found.State is not DkimPublicationState.Published)
        {
            Print.Error($"{key.RecordName}: {found.Words}; the key is not used yet");
            if (found.State is DkimPublicationState.Missing)
                Print.Error($"publish this, then try again: {DkimKeyReport.Of(key).ZoneLine}");
            return DkimKeyCommands.StatusOf(found);
        }

        if (!folder.Use(key))
        {
            Print.Error(new Refusal(key.RecordName, "the key was removed meanwhile", "Make one with dkim new").ToString());
            return ExitCode.Failed;
        }

        await audit.NoteAsync(OperatorDeed.DkimUse, key.RecordName, "by hand: its record is published", ct);
        Tell(
            StateOf(folder, key).With(found),
            json,
            $"{key.Domain} is signed with {key.Selector} from now on; the {key.Key.AlgorithmName} keys before it sign no more"
        );
        return ExitCode.Ok;
    }

    private static async Task<int> RetireAsync(
        DkimKeyFolder folder,
        StoredDkimKey key,
        IDeedOperations audit,
        bool now,
        bool json,
        CancellationToken ct
    )
    {
        if (folder.Retire(key, now) is { } refusal)
        {
            Print.Error(refusal.ToString());
            return ExitCode.Failed;
        }

        bool isRemoved = key.State is not DkimKeyState.Used || now;
        await audit.NoteAsync(
            OperatorDeed.DkimRetire,
            key.RecordName,
            isRemoved ? $"removed{(now ? ", --now" : "")}" : "signs no more",
            ct
        );
        Tell(
            StateOf(folder, key),
            json,
            !isRemoved
                ? $"{key.Selector} of {key.Domain} signs no more; leave its record published for {DkimKeyFolder.Overlap.Days} days. Then a running server removes the key; without one, retire it again"
                : $"{key.Selector} of {key.Domain} is removed; take its record out of the DNS"
        );
        return ExitCode.Ok;
    }

    /// <summary>The key as the folder has it now.</summary>
    private static DkimKeyReport StateOf(DkimKeyFolder folder, StoredDkimKey key) =>
        folder.Read(out _).FirstOrDefault(now => now.RecordName == key.RecordName) is { } now
            ? DkimKeyReport.Of(now)
            : DkimKeyReport.Of(key) with
            {
                State = "removed",
                Since = null,
            };

    private static void Tell(DkimKeyReport report, bool json, string sentence)
    {
        if (json)
            Print.Json(report, DkimJson.Default.DkimKeyReport);
        else
            Print.Line(sentence);
    }
}
