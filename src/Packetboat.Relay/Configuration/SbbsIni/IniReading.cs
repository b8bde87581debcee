namespace Packetboat.Relay.Configuration.SbbsIni;

/// <summary>Why a value is not what its writer meant.</summary>
/// <param name="Severity">How sure we are that it does harm.</param>
/// <param name="Reason">In plain words, without a full stop.</param>
/// <param name="Better">The value to write instead, where one can be told.</param>
public sealed record IniFault(Severity Severity, string Reason, string? Better = null);

/// <summary>A value as Synchronet reads it, and what is doubtful about it.</summary>
public readonly record struct IniReading<T>(T Value, IReadOnlyList<IniFault> Faults)
{
    public IniReading(T value)
        : this(value, []) { }

    public IniReading(T value, IniFault? fault)
        : this(value, fault is null ? [] : [fault]) { }

    /// <summary>The same doubts about a value of another type.</summary>
    public IniReading<TOther> As<TOther>(Func<T, TOther> convert) => new(convert(Value), Faults);
}
