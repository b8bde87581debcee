namespace Packetboat.Relay.Configuration;

/// <summary>What follows from the settings, made once for each set of them: it is asked for several times a message.</summary>
/// <param name="settings">Those in force.</param>
/// <param name="derive">What follows from them.</param>
internal sealed class DerivedSettings<T>(Func<Settings> settings, Func<Settings, T> derive)
    where T : class
{
    private Derived? _last;

    public T Current
    {
        get
        {
            Settings now = settings();
            Derived? last = Volatile.Read(ref _last);
            if (last is null || !ReferenceEquals(last.From, now))
                Volatile.Write(ref _last, last = new Derived(now, derive(now)));
            return last.Value;
        }
    }

    private sealed record Derived(Settings From, T Value);
}
