using System.Text.Json.Serialization;

namespace Packetboat.Relay.Doctor;

/// <summary>A whole examination.</summary>
/// <param name="At">When it was made.</param>
/// <param name="HostName">As this host calls itself.</param>
/// <param name="Domain">Whose mail it is about; null: unknown.</param>
/// <param name="Settings">The folder of the settings; null: there are none that can be used.</param>
/// <param name="Reason">Why it was made: a route that changed; empty: somebody asked.</param>
/// <param name="Findings">The true cause first: failures, warnings, then what was not looked at, and what is well.</param>
/// <param name="Advice">How mail should leave.</param>
public sealed record DoctorReport(
    DateTimeOffset At,
    string HostName,
    string? Domain,
    string? Settings,
    string Reason,
    IReadOnlyList<Finding> Findings,
    Advice Advice
)
{
    /// <summary>The worst of all.</summary>
    public CheckVerdict Verdict => Findings.Select(finding => finding.Verdict).Where(IsTrouble).DefaultIfEmpty().Max();

    /// <summary>What came of writing the advice into the settings; null: nobody asked for that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AppliedAdvice? Applied { get; init; }

    /// <summary>The worst of all, in a word for people.</summary>
    [JsonIgnore]
    public string VerdictWord => WordOf(Verdict);

    public static string WordOf(CheckVerdict verdict) =>
        verdict switch
        {
            CheckVerdict.Failure => "failure",
            CheckVerdict.Warning => "warning",
            _ => "ok",
        };

    /// <summary>What to mend first; null: nothing.</summary>
    [JsonIgnore]
    public Finding? First => Findings.FirstOrDefault(finding => IsTrouble(finding.Verdict));

    private static bool IsTrouble(CheckVerdict verdict) => verdict >= CheckVerdict.Warning;
}

/// <summary>The report as JSON.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(DoctorReport))]
public sealed partial class DoctorJson : JsonSerializerContext;
