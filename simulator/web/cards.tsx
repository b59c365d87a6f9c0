/** Places and people in a bubble. The map is drawn here: nothing is fetched from elsewhere. */
import { Avatar, Icon } from "@kit/ui";
import { MapPin } from "lucide";
import type { Card, Location } from "./contract";
import { t } from "./texts";

export function Place({ location }: { location: Location }) {
  const { latitude, longitude, name, address } = location;
  const figures = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <span class="place">
      <span class="map" aria-hidden="true">
        <Icon icon={MapPin} size={30} />
      </span>
      <b>{name ?? figures}</b>
      {address && <small>{address}</small>}
      <a href={map} target="_blank" rel="noopener noreferrer">
        {t("map")}
      </a>
    </span>
  );
}

export const People = ({ contacts }: { contacts: Card[] }) => (
  <ul class="people">
    {contacts.map((card, i) => (
      <li key={i}>
        <Avatar name={card.name} id={card.phone ?? card.name} size={36} />
        <span class="grow">
          <b>{card.name}</b>
          {card.phone && <small class="num">{card.phone}</small>}
        </span>
      </li>
    ))}
  </ul>
);
