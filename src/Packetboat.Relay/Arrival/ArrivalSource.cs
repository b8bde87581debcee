using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Arrival;

/// <summary>The settings of the checks before acceptance, made anew when the settings have changed.</summary>
public sealed class ArrivalSource(Func<Settings> settings)
{
    private readonly DerivedSettings<ArrivalSettings> _derived = new(settings, ArrivalSettings.Of);

    public ArrivalSettings Current => _derived.Current;
}
