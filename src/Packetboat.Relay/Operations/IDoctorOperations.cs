using Packetboat.Relay.Doctor;

namespace Packetboat.Relay.Operations;

/// <summary>The doctor, called to a running server.</summary>
public interface IDoctorOperations
{
    /// <summary>Examines as the server sees it, with the tokens that it alone may renew.</summary>
    Task<DoctorReport> ExamineAsync(ExaminationWish wish, CancellationToken ct);
}

/// <summary>What of an examination is to be another than the settings say.</summary>
/// <param name="Domain">Whose mail it is about; null: the system's.</param>
/// <param name="Address">Where mail leaves from; null: it is to be found out.</param>
/// <param name="NameServer">Whom to ask; null: as the settings say.</param>
public sealed record ExaminationWish(string? Domain = null, string? Address = null, string? NameServer = null);

/// <summary>The last examination, in short.</summary>
/// <param name="At">When.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="First">What to mend first; empty: nothing.</param>
/// <param name="Reason">Why it was made; empty: somebody asked.</param>
public sealed record DoctorRow(DateTimeOffset At, CheckVerdict Verdict, string First, string Reason)
{
    public static DoctorRow Of(DoctorReport report) =>
        new(report.At, report.Verdict, report.First is { } first ? $"{first.Title}: {first.Words}" : "", report.Reason);
}
