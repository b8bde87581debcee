using System.CommandLine;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Commands;

/// <summary><c>doctor --apply</c>: writes what the last sentence of a report advises.</summary>
internal static class DoctorApply
{
    /// <returns>The report with what came of it; and the status where it could not be written, which has been printed.</returns>
    public static async Task<(DoctorReport Report, int? Failure)> RunAsync(
        DoctorReport report,
        ParseResult parsed,
        TimeProvider time,
        CancellationToken ct
    )
    {
        Advice advice = report.Advice;
        if (advice.Changes.Count == 0)
            return (report with { Applied = new AppliedAdvice(WhyNothing(advice), []) }, null);
        DoctorReport after = report;
        // The audit trail is at hand before anything is done.
        int status = await Session.RunAsync(
            parsed,
            async (operations, stop) =>
            {
                (AppliedAdvice? applied, Refusal? refusal) = Write(advice, report.Settings!, time);
                if (applied is null)
                {
                    Print.Error(refusal!.ToString());
                    return ExitCode.Configuration;
                }

                after = report with { Applied = applied };
                await operations.NoteAsync(OperatorDeed.DoctorApply, report.Settings!, string.Join(", ", advice.Changes), stop);
                return ExitCode.Ok;
            },
            ct
        );
        return (after, status == ExitCode.Ok ? null : status);
    }

    private static (AppliedAdvice? Applied, Refusal? Refusal) Write(Advice advice, string ctrl, TimeProvider time)
    {
        var environment = ConfigurationEnvironment.OfThisMachine();
        (IReadOnlyList<WrittenFile> files, Refusal? refusal) = new SettingsDraft(ctrl, environment).Write(advice.Changes, time);
        if (refusal is not null)
            return (null, refusal);
        IEnumerable<string> written = files.Select(file =>
            file.Backup is null
                ? environment.NameOf(file.Path)
                : $"{environment.NameOf(file.Path)}, and kept the old one as {environment.NameOf(file.Backup)}"
        );
        string words =
            $"Wrote {string.Join(", ", advice.Changes)}: {string.Join("; ", written)}. A running server reads it by itself.";
        return (new AppliedAdvice(words, files), null);
    }

    private static string WhyNothing(Advice advice) =>
        advice.Command.Length > 0
            ? $"Nothing was written: {advice.Command} does it, with what the hub's operator gives you."
            : "Nothing was written: no line of the settings has to be another.";
}
