import{State as e}from"./app.js";import{jsx as t}from"./app.js";function i(){return t("div",{class:"panel",children:t(e,{title:"SQL"})})}export{i as default};
